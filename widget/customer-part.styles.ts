/** How the fields look in which a buyer says who he is: as the field of the amount does, and quieter. */
import { css } from './base.styles.ts'

export const styles = css`
  [part='customer'],
  fieldset {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: calc(1.5 * var(--coinslot-gap, 8px));
    min-inline-size: 0;
    padding: 0;
    border: 0;
  }

  [part='customer'] {
    margin-block: var(--coinslot-gap, 8px);
  }

  legend {
    padding: 0;
    padding-block-end: var(--coinslot-gap, 8px);
    font-size: 1.1em;
    font-weight: 600;
  }

  .entry {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 4px;
  }

  [part='customer'] :is([part='label'], [part='input']) {
    font-size: 1em;
    font-weight: 500;
  }

  [part='customer'] [part='input'] {
    font-weight: 400;
  }

  select[part='input'] {
    all: revert;
    flex: 1;
    align-self: stretch;
    min-inline-size: 0;
    margin: 0;
    border: 0;
    outline: 0;
    background: none;
    color: inherit;
    font: inherit;
  }

  option {
    background: Field;
    color: FieldText;
  }

  small {
    color: var(--coinslot-muted, color-mix(in srgb, currentColor 76%, transparent));
    font-size: 0.85em;
    font-weight: 400;
  }

  /* Digits and addresses of mail are written from the left in every language, on its own side. */
  [type='email'],
  [type='tel'] {
    direction: ltr;
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }

  [part='field']:has([aria-invalid='true']) ~ [part='hint'] {
    color: var(--_error);
  }

  [role='listitem'],
  a {
    display: flex;
    align-items: center;
    min-block-size: 44px;
    color: inherit;
  }

  a:focus-visible {
    outline: 3px solid var(--coinslot-focus, var(--_accent));
  }

  .same {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 44px;
  }

  .same input {
    flex: none;
    inline-size: 24px;
    block-size: 24px;
    accent-color: var(--_accent);
  }

  .same input:focus-visible {
    outline: 3px solid var(--coinslot-focus, var(--_accent));
    outline-offset: 2px;
  }
`
