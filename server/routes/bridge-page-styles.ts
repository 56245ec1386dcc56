/** The look of the bridge page: the payment page's card. All of it keeps to `main`, because the SDK adds its own beside. */
export const bridgePageStyles = `
:root {
  color-scheme: light dark;
  background: light-dark(#f3f4f7, #101218);
  -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%;
}
body { margin: 0 }

main {
  --ink: light-dark(#171a24, #eceef5);
  --quiet: light-dark(#555b6e, #a9b0c4);
  --line: light-dark(#858b9e, #6b7287);
  --accent: light-dark(#2b4bd8, #a9b8ff);
  --on-accent: light-dark(#ffffff, #0c1447);
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 1.25rem;
  box-sizing: border-box;
  width: min(100% - 2rem, 26rem);
  margin: clamp(1rem, 8vh, 5rem) auto;
  padding: clamp(1.25rem, 6vw, 2rem);
  font: 100%/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
  overflow-wrap: anywhere;
  color: var(--ink);
  background: light-dark(#ffffff, #191c25);
  border: 1px solid transparent;
  border-radius: 16px;
  box-shadow: 0 1px 3px #0002, 0 8px 32px #0001;
}
main h1, main p { margin: 0 }
main h1 { font-size: 1.375rem; line-height: 1.3; text-wrap: balance }
main [hidden], main .status:empty { display: none }
main .sum {
  font-size: clamp(1.25rem, 10vw, 2.25rem);
  line-height: 1.2;
  font-weight: 600;
  font-variant-numeric: tabular-nums;
}
main .status { padding-top: 1.25rem; border-top: 1px solid light-dark(#d9dce5, #333848); color: var(--quiet) }
main nav { display: flex; flex-wrap: wrap; gap: 0.75rem }
main a {
  display: grid;
  align-content: center;
  flex: 1 1 9rem;
  box-sizing: border-box;
  min-height: 2.75rem;
  padding: 0.6rem 1rem;
  border: 1px solid var(--line);
  border-radius: 10px;
  text-align: center;
  text-decoration: none;
  color: inherit;
}
main a:hover { border-color: currentColor; text-decoration: underline }
main a[data-retry] { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600 }
main :focus-visible { outline: 3px solid var(--accent); outline-offset: 3px }

/* A payment that the SDK shows in a frame has the whole window. */
iframe { position: fixed; inset: 0; z-index: 1; width: 100%; height: 100%; border: 0; background: Canvas }
`
