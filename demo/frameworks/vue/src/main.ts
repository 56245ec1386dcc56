import { configure } from 'coinslot'
import { createApp } from 'vue'
import App from './App.vue'

configure({ server: import.meta.env.VITE_COINSLOT_SERVER ?? 'http://localhost:8080' })

createApp(App).mount('#app')
