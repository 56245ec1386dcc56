/** The look of the payment page: one quiet card, the shop's words first, nothing to wait for. */
export const payPageStyles = `
:root {
  color-scheme: light dark;
  --desk: light-dark(#f3f4f7, #101218);
  --card: light-dark(#ffffff, #191c25);
  --ink: light-dark(#171a24, #eceef5);
  --quiet: light-dark(#555b6e, #a9b0c4);
  --line: light-dark(#858b9e, #6b7287);
  --accent: light-dark(#2b4bd8, #a9b8ff);
  --on-accent: light-dark(#ffffff, #0c1447);
  --error: light-dark(#b3261e, #ffb4ab);
  font: 100%/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
  color: var(--ink);
  background: var(--desk);
  -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%;
}
*, ::before, ::after { box-sizing: border-box }
body { margin: 0; overflow-wrap: anywhere }
h1, p, ul { margin: 0; padding: 0 }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px }

main {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 1.25rem;
  width: min(100% - 2rem, 26rem);
  margin: clamp(1rem, 8vh, 5rem) auto;
  padding: clamp(1.25rem, 6vw, 2rem);
  background: var(--card);
  border: 1px solid transparent;
  border-radius: 16px;
  box-shadow: 0 1px 3px #0002, 0 8px 32px #0001;
}
h1 { font-size: 1.375rem; line-height: 1.3; text-wrap: balance }
.badge {
  justify-self: start;
  padding: 0 0.6rem;
  border: 1px solid;
  border-radius: 9px;
  background: light-dark(#fff2cc, #3b2f00);
  color: light-dark(#5c4200, #ffdf8a);
  font-size: 0.85rem;
  font-weight: 600;
}
form { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.6rem }
label { font-weight: 600 }
.sum { font-size: 2.25rem; line-height: 1.2; font-weight: 600; font-variant-numeric: tabular-nums }
.field {
  display: flex;
  align-items: center;
  gap: 0.6rem;
  min-height: 3.25rem;
  padding-inline: 0.9rem;
  border: 1px solid var(--line);
  border-radius: 10px;
}
.after { flex-direction: row-reverse }
.field:focus-within { outline: 3px solid var(--accent); outline-offset: 2px }
.field span, #hint { color: var(--quiet) }
input, select {
  flex: 1;
  min-width: 0;
  min-height: 2.75rem;
  font: inherit;
  font-size: 1.25rem;
  color: inherit;
  background: none;
  border: 0;
}
select { background: var(--card) }
input:focus-visible, select:focus-visible { outline: 0 }
[type=email], [type=tel] { direction: ltr; text-align: -webkit-match-parent; text-align: match-parent }
fieldset { display: grid; grid-template-columns: inherit; gap: inherit; min-width: 0; margin: 0; padding: 0; border: 0 }
legend { padding: 0.6rem 0; font-weight: 600; font-size: 1.125rem }
.entry { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.3rem; margin-top: 0.4rem }
legend + .entry { margin-top: 0 }
.entry label { font-weight: 500 }
small { font-weight: 400; color: var(--quiet) }
.entry :is(input, select) { font-size: 1rem }
.field:has([aria-invalid]) { border-color: var(--error); box-shadow: inset 0 0 0 1px var(--error) }
.error { color: var(--error); font-size: 0.9rem }
.same { display: flex; align-items: center; gap: 0.75rem; min-height: 2.75rem; font-weight: 400 }
.same input { flex: none; width: 1.5rem; min-height: 1.5rem; accent-color: var(--accent) }
.same input:focus-visible { outline: 3px solid var(--accent) }
form:has(.same :checked) .shippingAddress { display: none }
#error { color: var(--error); font-weight: 600 }
#error ul { list-style: none; font-weight: 400 }
#error a { display: flex; align-items: center; min-height: 2.75rem; color: inherit }
.presets { display: flex; flex-wrap: wrap; gap: 0.5rem; list-style: none }
.presets a {
  display: inline-flex;
  align-items: center;
  min-height: 2.75rem;
  padding-inline: 1rem;
  border: 1px solid var(--line);
  border-radius: 10px;
  color: inherit;
  text-decoration: none;
}
.presets a:hover { border-color: currentColor; text-decoration: underline }
button {
  min-height: 3.25rem;
  margin-top: 0.6rem;
  padding: 0.6rem 1rem;
  font: inherit;
  font-weight: 600;
  color: var(--on-accent);
  background: var(--accent);
  border: 0;
  border-radius: 10px;
  cursor: pointer;
}
button:hover { filter: brightness(1.08) }
details { border-top: 1px solid light-dark(#d9dce5, #333848); padding-top: 0.25rem; font-size: 0.9rem }
summary { padding-block: 0.7rem; color: var(--quiet); cursor: pointer }
details p { color: var(--quiet) }
.code { width: min(100%, 13rem); margin: 0.75rem auto; padding: 0.5rem; background: #ffffff; border-radius: 8px }
.code svg { display: block; width: 100%; height: auto }
details a { display: block; padding-block: 0.7rem; color: inherit }

@media (forced-colors: active) {
  button { border: 1px solid }
}
@media print {
  main { box-shadow: none; width: 100% }
  form { display: none }
  details::details-content { content-visibility: visible; display: block; block-size: auto }
}
`
