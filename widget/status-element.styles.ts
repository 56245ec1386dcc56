/** How `<coinslot-status>` looks: as `<coinslot-checkout>` does, with a mark for each status. */
import { baseStyles, css } from './base.styles.ts'

export const styles =
  baseStyles +
  css`
    [part='base'] {
      gap: calc(2 * var(--coinslot-gap, 8px));
    }

    [inert] {
      visibility: hidden;
    }

    [part='message'] {
      display: flex;
      gap: 14px;
    }

    [part='icon'] {
      --_mark: var(--coinslot-muted, color-mix(in srgb, currentColor 76%, transparent));
      flex: none;
      inline-size: 2.5em;
      block-size: 2.5em;
      fill: none;
      stroke: var(--_mark);
      stroke-width: 1.75;
      stroke-linecap: round;
      stroke-linejoin: round;
    }

    [part='icon'] circle {
      fill: color-mix(in srgb, var(--_mark) 12%, transparent);
      stroke: none;
    }

    :host(:state(paid)) [part='icon'] {
      --_mark: var(--coinslot-success, light-dark(#1a7f37, #7ee2a0));
    }

    :host(:state(failed)) [part='icon'] {
      --_mark: var(--_error);
    }

    :host(:state(review)) [part='icon'] {
      --_mark: light-dark(#8a6100, #ffdf8a);
    }

    slot {
      display: block;
    }

    /* Its first line is beside the middle of the mark, whatever margins a browser gives to a page's own text. */
    ::slotted(*) {
      margin-block: 0.5em;
    }

    /* English texts keep their order on a page that is written from right to left. */
    [part='title'],
    [part='text'] {
      unicode-bidi: plaintext;
    }

    [part='title'] {
      display: block;
      font-size: 1.25em;
      font-weight: 600;
      line-height: 1.3;
      padding-block-start: 0.3em;
    }

    [part='text'],
    [part='summary'] bdi {
      color: var(--coinslot-muted, color-mix(in srgb, currentColor 76%, transparent));
    }

    [part='summary'] {
      padding-block-start: 12px;
      border-block-start: 1px solid color-mix(in srgb, currentColor 20%, transparent);
    }

    [part='amount'] {
      margin-inline-start: auto;
    }

    @media (forced-colors: active) {
      [part='icon'] {
        --_mark: CanvasText !important;
      }
    }
  `
