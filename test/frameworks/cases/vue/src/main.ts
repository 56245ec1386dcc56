import { createApp } from 'vue'
import App from './App.vue'
import { start } from './scenes'

void start(() => createApp(App).mount('#app'))
