import { render } from 'preact'
import { App } from './App'
import { start } from './scenes'

void start(() => render(<App />, document.getElementById('app')!))
