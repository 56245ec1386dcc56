export const part = 'a part of the script tag'
