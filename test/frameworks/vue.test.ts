import { describeSample } from './behaviour.ts'

describeSample({ name: 'vue', site: 'dist' })
