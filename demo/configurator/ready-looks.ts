/** Looks to begin with, made of custom properties and parts alone. */
import type { Setup } from './setup.ts'

export interface ReadyLook {
  readonly name: string
  readonly look: Setup
}

export const READY_LOOKS: readonly ReadyLook[] = [
  { name: 'Plain', look: {} },
  {
    name: 'Leaf',
    look: {
      '--coinslot-accent': 'light-dark(#14623f, #8adab1)',
      '--coinslot-on-accent': 'light-dark(#fff, #06281a)',
      '--coinslot-radius': '999px',
    },
  },
  {
    name: 'Ink',
    look: {
      '--coinslot-accent': 'light-dark(#111, #f4f1ea)',
      '--coinslot-on-accent': 'light-dark(#fff, #111)',
      '--coinslot-radius': '0px',
      '--coinslot-font': 'Georgia, serif',
      '--coinslot-height': '56px',
    },
  },
  {
    name: 'Coral',
    look: {
      '--coinslot-accent': 'light-dark(#b5351f, #ffb4a2)',
      '--coinslot-on-accent': 'light-dark(#fff, #3c0b03)',
      '--coinslot-radius': '18px',
      '--coinslot-gap': '12px',
      '::button': 'font-weight: 700; letter-spacing: 0.01em',
    },
  },
]
