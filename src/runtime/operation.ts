/** What a job does with its payload: values of the word `OPERATION`. */

/** Calls the function with the arguments of the payload. */
export const CALL = 0;
/** Calls it with each item of the payload; the result is the list of results. */
export const MAP = 1;
/** As `MAP`, but each item is a list of arguments. */
export const STARMAP = 2;
