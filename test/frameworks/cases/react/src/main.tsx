import { createRoot } from 'react-dom/client'
import { App } from './App'
import { start } from './scenes'

void start(() => createRoot(document.getElementById('app')!).render(<App />))
