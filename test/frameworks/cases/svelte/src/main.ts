import { mount } from 'svelte'
import App from './App.svelte'
import { start } from './scenes'

void start(() => mount(App, { target: document.getElementById('app')! }))
