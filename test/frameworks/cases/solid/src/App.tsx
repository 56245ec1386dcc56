import { createSignal, Show } from 'solid-js'
import { sceneAt } from './scenes'

export function App() {
  const [step, setStep] = createSignal(0)
  const [heard, setHeard] = createSignal('')
  const hear = (text: string) => setHeard(`${heard()} ${text}`)
  const scene = () => sceneAt(step())

  return (
    <>
      <button onClick={() => setStep(step() + 1)}>Next</button>
      <p id="heard">{heard()}</p>
      <coinslot-checkout
        id="data"
        checkout="donation"
        currency="USD"
        min-amount="5.00"
        description={scene().text}
        amount={scene().amount}
        disabled={scene().isOff}
        editable={!scene().isOff}
        prop:customer={scene().customer}
        on:coinslot-ready={() => hear('ready')}
        on:coinslot-change={(event) => hear(`${scene().text}:${event.amount}`)}
        on:coinslot-submit={(event) => event.preventDefault()}
      />
      <coinslot-checkout
        id="bare"
        ref={(bare) => bare.addEventListener('coinslot-change', () => hear('imperative'))}
        checkout="donation"
        currency="USD"
        amount="1.00"
        editable
      />
      <coinslot-checkout
        id="parent"
        checkout="donation"
        currency="USD"
        amount="2.00"
        editable
        hidden={scene().isHidden}
      >
        <b slot="footer">{scene().text}</b>
        <Show when={scene().isThere}>
          <i slot="label">Gift</i>
        </Show>
      </coinslot-checkout>
      <Show when={scene().isThere}>
        <coinslot-checkout id="gone" checkout="donation" currency="USD" amount="3.00" />
      </Show>
    </>
  )
}
