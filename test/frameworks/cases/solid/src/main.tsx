import { render } from 'solid-js/web'
import { App } from './App'
import { start } from './scenes'

void start(() => render(() => <App />, document.getElementById('app')!))
