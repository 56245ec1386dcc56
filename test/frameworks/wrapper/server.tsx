/** Renders the app as a server does, where there is no document. */
import { renderToString } from 'react-dom/server'
import { App } from './app.tsx'

export function renderApp(server: string): string {
  return renderToString(<App server={server} />)
}
