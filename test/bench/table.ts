/** Rows of cells as text in columns, with a rule under the first row. */
export function asColumns(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const [head, ...lines] = rows.map((row) => widths.map((width, column) => (row[column] ?? '').padEnd(width)).join('   ').trimEnd());
  return [head, widths.map((width) => '─'.repeat(width)).join('───'), ...lines].join('\n');
}
