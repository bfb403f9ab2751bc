// Prints the closing line that counts the tests of every run; what failed without a failed test counts as one failure.
import { readFileSync } from 'node:fs';

const [somethingFailed, ...reportFiles] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const reportFile of reportFiles) {
  try {
    const report = JSON.parse(readFileSync(reportFile, 'utf8'));
    passed += report.numPassedTests;
    // A file that does not even load has no tests to count.
    const filesWithoutTests = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
    // Nor has a run that ended before its first test.
    const ranNothing = report.numPassedTests + report.numFailedTests + filesWithoutTests === 0;
    failed += report.numFailedTests + filesWithoutTests + (ranNothing ? 1 : 0);
  } catch {
    console.log(`${reportFile} is no report: its tests did not come to an end`);
    failed += 1;
  }
}
if (somethingFailed !== '0' && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
