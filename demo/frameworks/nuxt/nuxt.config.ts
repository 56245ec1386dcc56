export default defineNuxtConfig({
  compatibilityDate: '2026-11-01',
  telemetry: false,
  app: {
    head: {
      htmlAttrs: { lang: 'en' },
      title: 'Friends of the library',
      link: [{ rel: 'icon', href: 'data:,' }],
    },
  },
  // As NUXT_PUBLIC_COINSLOT_SERVER says.
  runtimeConfig: { public: { coinslotServer: 'http://localhost:8080' } },
  vue: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('coinslot-') } },
})
