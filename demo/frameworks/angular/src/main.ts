import { bootstrapApplication } from '@angular/platform-browser'
import { configure } from 'coinslot'
import { App } from './app/app'

declare const COINSLOT_SERVER: string

configure({ server: COINSLOT_SERVER })

bootstrapApplication(App).catch((error) => console.error(error))
