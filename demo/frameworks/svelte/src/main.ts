import { configure } from 'coinslot'
import { mount } from 'svelte'
import App from './App.svelte'

configure({ server: import.meta.env.VITE_COINSLOT_SERVER ?? 'http://localhost:8080' })

mount(App, { target: document.getElementById('app')! })
