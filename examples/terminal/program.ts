/** How an example ends: exit code 0; 1 when a result is wrong or something unforeseen happened; 2 when it cannot do what was asked. */

/** The request cannot be carried out; the message is for the person who made it. */
export class UsageError extends Error {}

/** Runs the program and sets the exit code that it resolves to. */
export async function runProgram(program: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await program();
  } catch (error) {
    console.error(error instanceof UsageError ? `error: ${error.message}` : error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
