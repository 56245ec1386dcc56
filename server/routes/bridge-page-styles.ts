/** The look of the bridge page: the payment page's card, which a payment opens over. */
import { payPageStyles } from './pay-page-styles.ts'

export const bridgePageStyles = `${payPageStyles}
[hidden] { display: none !important }
.status { padding-top: 1.25rem; border-top: 1px solid light-dark(#d9dce5, #333848); color: var(--quiet) }
nav { display: flex; flex-wrap: wrap; gap: 0.75rem }
nav a {
  display: inline-flex;
  flex: 1 1 9rem;
  align-items: center;
  justify-content: center;
  min-height: 2.75rem;
  padding: 0.4rem 1rem;
  border: 1px solid var(--line);
  border-radius: 10px;
  color: inherit;
  text-decoration: none;
}
nav a:hover { border-color: currentColor; text-decoration: underline }
nav a[data-retry] { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600 }

/* A payment that the SDK shows in a frame has the whole window. */
iframe { position: fixed; inset: 0; z-index: 1; width: 100%; height: 100%; border: 0; background: var(--desk) }
`
