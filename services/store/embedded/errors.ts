/** MongoDB's error codes as far as this server uses them; drivers decide by number, people read the name. */
const CODES = {
  InternalError: 1,
  BadValue: 2,
  FailedToParse: 9,
  TypeMismatch: 14,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  EmptyFieldName: 56,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  CannotIndexParallelArrays: 171,
  NotImplemented: 238,
  QueryExceededMemoryLimitNoDiskUseAllowed: 292,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
} as const;

/** An answer of the server that a driver can read; anything else thrown inside is answered as InternalError. */
export class StoreError extends Error {
  readonly code: number;
  constructor(
    readonly codeName: keyof typeof CODES,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.code = CODES[codeName];
  }
}

export const badValue = (message: string): StoreError => new StoreError('BadValue', message);
export const failedToParse = (message: string): StoreError => new StoreError('FailedToParse', message);

/** What lies outside of the closed room is refused, never guessed. */
export const refused = (what: string): StoreError =>
  new StoreError('NotImplemented', `the embedded store does not support ${what}; set MONGODB_URI for that`);
