import { configure } from 'coinslot'
import { render } from 'solid-js/web'
import { App } from './App'

configure({ server: import.meta.env.VITE_COINSLOT_SERVER ?? 'http://localhost:8080' })

render(() => <App />, document.getElementById('app')!)
