export const server = process.env.NEXT_PUBLIC_COINSLOT_SERVER ?? 'http://localhost:8080'
