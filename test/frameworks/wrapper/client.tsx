/** Hydrates what the server rendered. */
import { hydrateRoot } from 'react-dom/client'
import { App } from './app.tsx'

const root = document.querySelector<HTMLElement>('#root')!
hydrateRoot(root, <App server={root.dataset['server']!} />)
