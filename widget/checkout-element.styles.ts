/** How `<coinslot-checkout>` looks: made from the page's own text, colour scheme and custom properties. */

import { baseStyles, css } from './base.styles.ts'

export const styles =
  baseStyles +
  css`
    [part='label'] {
      justify-self: start;
      font-weight: 600;
    }

    [part='field'],
    [part='preset'],
    [part='button'] {
      display: flex;
      align-items: center;
      gap: 10px;
      min-block-size: max(44px, var(--coinslot-height, 52px));
      /* Narrow enough for three suggested amounts beside one another on a phone. */
      padding-inline: 11px;
      border: 1px solid var(--coinslot-border, color-mix(in srgb, currentColor 52%, transparent));
      border-radius: var(--coinslot-radius, 10px);
      background: var(--coinslot-field, color-mix(in srgb, currentColor 4%, transparent));
    }

    [part='currency'],
    [part='hint'] {
      color: var(--coinslot-muted, color-mix(in srgb, currentColor 76%, transparent));
    }

    .after [part='currency'] {
      order: 1;
    }

    [part='input'] {
      all: unset;
      flex: 1;
      align-self: stretch;
      min-inline-size: 0;
      -webkit-user-select: text;
      font-size: 1.25em;
      font-weight: 600;
    }

    [part='presets'] {
      display: flex;
      flex-wrap: wrap;
      gap: inherit;
      accent-color: var(--_accent);
    }

    [part='preset']:has(:focus-visible),
    [part='button']:focus-visible,
    [part='field']:focus-within {
      outline: 3px solid var(--coinslot-focus, var(--_accent));
      outline-offset: 2px;
    }

    /* English texts keep their order on a page that is written from right to left. */
    [part='currency'],
    [part='hint'],
    [part='error'],
    [name='button'] {
      text-align: -webkit-match-parent;
      text-align: match-parent;
      unicode-bidi: plaintext;
    }

    [name='button'] {
      display: block;
    }

    [part='hint'],
    [part='error'] {
      font-size: 0.9em;
    }

    [part='error'] {
      color: var(--_error);
    }

    [part='field']:has([aria-invalid='true']) {
      border: 2px solid var(--_error);
    }

    [part='button'] {
      justify-content: center;
      margin-block-start: 6px;
      border-color: transparent;
      background: var(--_accent);
      color: var(--coinslot-on-accent, light-dark(#fff, #0c1447));
      font-weight: 600;
      cursor: pointer;
    }

    [part='button']:hover {
      filter: brightness(1.1);
    }

    [part='field']:has(:disabled),
    [part='button']:disabled {
      cursor: not-allowed;
      opacity: 0.5;
    }

    /* What is not there yet cannot move when it comes; who is in it stays in it. */
    .waiting:not(:focus-within) > :not([role='status']) {
      visibility: hidden;
    }

    .waiting:not(:focus-within)::before {
      content: '';
      position: absolute;
    }

    .waiting:not(:focus-within)::before,
    [part='spinner'] {
      inline-size: 1em;
      block-size: 1em;
      border: 2px solid;
      border-inline-end: 0;
      border-radius: 50%;

      @media (prefers-reduced-motion: no-preference) {
        animation: turn 1s linear infinite;
      }
    }

    @keyframes turn {
      to {
        rotate: 1turn;
      }
    }

    [role='status'] {
      position: absolute;
      inline-size: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  `
