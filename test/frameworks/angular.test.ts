import { describeSample } from './behaviour.ts'

describeSample({
  name: 'angular',
  site: 'dist',
  needsNewerNode: true,
  buildOptions: (server) => ['--define', `COINSLOT_SERVER='${server}'`],
})
