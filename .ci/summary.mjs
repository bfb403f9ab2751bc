// Prints the closing line that counts the tests; a check that failed counts as one more failure.
import { readFileSync } from 'node:fs';

const [reportFile, checkFailed] = process.argv.slice(2);
let passed = 0;
let failed = 0;
try {
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  passed = report.numPassedTests;
  // A file that does not even load has no tests to count.
  const filesWithoutTests = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  failed = report.numFailedTests + filesWithoutTests;
} catch {
  failed = 1;
}
if (checkFailed !== '0' && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
