/**
 * The container that the function has to live in, in MB: the smallest of OCI, which has 128, without
 * what is left for a busy machine, on which V8 cleans its heap late.
 */
export const smallContainerMb = 128 - 14;
