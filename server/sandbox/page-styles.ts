/** The look of the sandbox's hosted payment page: a bank's sober form, nothing like the shop. */
export const pageStyles = `
:root {
  color-scheme: light dark;
  --desk: light-dark(#e8ebf3, #0c1020);
  --sheet: light-dark(#ffffff, #151b30);
  --ink: light-dark(#161c33, #e6e9f5);
  --quiet: light-dark(#505875, #a7afcc);
  --line: light-dark(#c9cfe0, #333c5c);
  --strong: light-dark(#24358a, #aab8ff);
  --on-strong: light-dark(#ffffff, #10152b);
  --band: light-dark(#24358a, #1d2752);
  --notice: #ffd34d;
  --on-notice: #2a2000;
  --focus: light-dark(#b3261e, #ffb95c);
  font: 100%/1.5 'Charter', 'Bitstream Charter', 'Iowan Old Style', 'Source Serif 4', Georgia, 'Noto Serif',
    'DejaVu Serif', serif;
  color: var(--ink);
  background: var(--desk);
  -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%;
}
*, ::before, ::after { box-sizing: border-box }
body { margin: 0; overflow-wrap: break-word }
h1, p, dl, dd { margin: 0 }
a { color: inherit; text-underline-offset: 0.2em }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 3px }

header { background: var(--band); color: #ffffff }
header p { padding: 0.9rem 1rem; text-align: center; font-weight: 700; letter-spacing: 0.01em }
.notice { padding: 0.5rem 1rem; text-align: center; background: var(--notice); color: var(--on-notice) }

main {
  width: min(100% - 2rem, 30rem);
  margin: clamp(1.5rem, 6vh, 4rem) auto;
  padding: clamp(1.5rem, 6vw, 2.5rem);
  background: var(--sheet);
  border: 1px solid var(--line);
}
h1 { font-size: 1.375rem; line-height: 1.25; text-wrap: balance }
.text { margin-top: 0.75rem; color: var(--quiet) }
.amount {
  margin-top: 1.25rem;
  font-size: clamp(2.25rem, 1.6rem + 4vw, 3rem);
  line-height: 1.1;
  font-variant-numeric: lining-nums tabular-nums;
}
dl { margin-top: 1.25rem; border-top: 1px solid var(--line) }
dl div {
  display: flex;
  flex-wrap: wrap;
  justify-content: space-between;
  gap: 0 1.5rem;
  padding-block: 0.6rem;
  border-bottom: 1px solid var(--line);
}
dt { color: var(--quiet) }
dd { min-width: 0; overflow-wrap: anywhere }
.identifier { font: 0.8125rem/1.8 ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace }

form { display: grid; gap: 0.75rem; margin-top: 1.75rem }
form p { margin-top: 0.75rem; color: var(--quiet) }
button, .back {
  min-height: 2.75rem;
  padding: 0.6rem 1rem;
  font: inherit;
  color: var(--strong);
  background: transparent;
  border: 1px solid var(--strong);
  border-radius: 2px;
  cursor: pointer;
}
button:hover, .back:hover { text-decoration: underline }
.pay, .back {
  font-weight: 700;
  color: var(--on-strong);
  background: var(--strong);
}
.pay { min-height: 3.25rem; font-size: 1.125rem }
.back { display: block; margin-top: 1.75rem; text-align: center; text-decoration: none }

details { margin-top: 0.75rem; border-top: 1px solid var(--line) }
summary { padding-block: 0.75rem; font-weight: 700; cursor: pointer }
.choice button { width: 100% }
.choice p { margin: 0.35rem 0 1.1rem; font-size: 0.9375rem }
code { font: 0.8125rem/1.4 ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; color: var(--ink) }

@media (forced-colors: active) {
  header, .notice { border-bottom: 1px solid }
}
`
