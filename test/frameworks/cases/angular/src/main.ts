import { bootstrapApplication } from '@angular/platform-browser'
import { App } from './app/app'
import { start } from './scenes'

void start(() => bootstrapApplication(App).catch((error) => console.error(error)))
