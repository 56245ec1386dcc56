import {
  afterNextRender,
  Component,
  computed,
  CUSTOM_ELEMENTS_SCHEMA,
  ElementRef,
  signal,
  viewChild,
} from '@angular/core'
import { sceneAt } from '../scenes'

@Component({
  selector: 'app-root',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <button (click)="step.set(step() + 1)">Next</button>
    <p id="heard">{{ heard() }}</p>
    <coinslot-checkout
      id="data"
      checkout="donation"
      currency="USD"
      min-amount="5.00"
      [description]="scene().text"
      [amount]="scene().amount"
      [disabled]="scene().isOff"
      [editable]="!scene().isOff"
      [customer]="scene().customer"
      (coinslot-ready)="hear('ready')"
      (coinslot-change)="hear(scene().text + ':' + $event.amount)"
      (coinslot-submit)="$event.preventDefault()"
    />
    <coinslot-checkout id="bare" #bare checkout="donation" currency="USD" amount="1.00" editable />
    <coinslot-checkout
      id="parent"
      checkout="donation"
      currency="USD"
      amount="2.00"
      editable
      [hidden]="scene().isHidden"
    >
      <b slot="footer">{{ scene().text }}</b>
      @if (scene().isThere) {
        <i slot="label">Gift</i>
      }
    </coinslot-checkout>
    @if (scene().isThere) {
      <coinslot-checkout id="gone" checkout="donation" currency="USD" amount="3.00" />
    }
  `,
})
export class App {
  readonly bare = viewChild.required<ElementRef<HTMLElement>>('bare')
  readonly step = signal(0)
  readonly heard = signal('')
  readonly scene = computed(() => sceneAt(this.step()))

  constructor() {
    afterNextRender(() => {
      const { nativeElement } = this.bare()
      nativeElement.addEventListener('coinslot-change', () => this.hear('imperative'))
    })
  }

  hear(text: string) {
    this.heard.update((heard) => `${heard} ${text}`)
  }
}
