import { Component, CUSTOM_ELEMENTS_SCHEMA, signal } from '@angular/core'
import type { CoinslotChangeEvent, CoinslotStatusEvent } from 'coinslot'

@Component({
  selector: 'app-root',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <main>
      <h1>Friends of the library</h1>
      @if (hasPaid) {
        <coinslot-status (coinslot-status)="tellStatus($event)" />
      }
      <button (click)="isOpen.set(!isOpen())">{{ isOpen() ? 'Not now' : 'Donate' }}</button>
      @if (isOpen()) {
        <button (click)="amount.set('50.00')">Give $50</button>
        <coinslot-checkout
          checkout="donation"
          [amount]="amount()"
          (coinslot-change)="tellAmount($event)"
        />
      }
      <p>{{ message() }}</p>
    </main>
  `,
})
export class App {
  readonly hasPaid = new URLSearchParams(location.search).has('coinslot_session')
  readonly isOpen = signal(true)
  readonly amount = signal('25.00')
  readonly message = signal('')

  tellAmount({ amount, currency }: CoinslotChangeEvent) {
    this.message.set(`You give ${amount} ${currency}.`)
  }

  tellStatus({ session }: CoinslotStatusEvent) {
    this.message.set(`Your payment is ${session.status}.`)
  }
}
