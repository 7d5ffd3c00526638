declare const brand: unique symbol;

/** A value of type `T` that only the constructor of `Name` can make. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

declare class Mark {
  readonly #mark: true;
}

/**
 * An object of type `T` that only the makers of `Name` can make, and of which a copy (`{ ...it, member: other }`) is no
 * longer one. Make it with a type assertion, in the one file that may.
 */
export type Sealed<T extends object, Name extends string> = Brand<T, Name> & Mark;
