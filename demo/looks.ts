/** The page of looks: shows under each its style sheet, as it is written. */
/// <reference types="vite/client" />
import { findAll } from './query.ts'

const sheets = import.meta.glob<string>('./looks/*.css', {
  query: '?raw',
  import: 'default',
  eager: true,
})

for (const code of findAll('[data-look]')) {
  code.textContent = sheets[`./looks/${code.dataset.look}.css`] ?? ''
}
