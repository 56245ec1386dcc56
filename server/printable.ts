/** Text of others as it may be written to a terminal. */

/** Without what would move the cursor, change colours or turn its direction around. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\u{FFFD}')
}
