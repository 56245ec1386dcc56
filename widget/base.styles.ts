/** What all elements look like alike: the host, and what a payment is for. */

// Only so that editors and formatters know what it is.
export const css: typeof String.raw = (...text) => String.raw(...text)

export const baseStyles = css`
  :host {
    --_accent: var(--coinslot-accent, light-dark(#2b4bd8, #a9b8ff));
    --_error: var(--coinslot-error, light-dark(#b3261e, #ffb4ab));
    display: block;
    max-inline-size: var(--coinslot-width, 26em);
    color: var(--coinslot-text, inherit);
    font-family: var(--coinslot-font, inherit);
    line-height: 1.4;
    text-align: start;
    white-space: normal;
  }

  :host([hidden]),
  [hidden],
  p[part]:empty {
    display: none !important;
  }

  * {
    box-sizing: border-box;
    margin: 0;
    font: inherit;
  }

  [part='base'] {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--coinslot-gap, 8px);
    overflow-wrap: anywhere;
  }

  [part='summary'] {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    column-gap: 16px;
  }

  [part='amount'] {
    font-size: 1.5em;
    font-weight: 600;
  }

  [part='badge'] {
    justify-self: start;
    padding: 0 8px;
    border: 1px solid;
    border-radius: 9px;
    background: light-dark(#fff2cc, #3b2f00);
    color: light-dark(#5c4200, #ffdf8a);
    font-size: 0.8em;
  }
`
