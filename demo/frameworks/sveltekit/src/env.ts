import { defineEnvVars } from '@sveltejs/kit/env'

export const variables = defineEnvVars({
  COINSLOT_SERVER: { public: true, schema: (value) => value ?? 'http://localhost:8080' },
})
