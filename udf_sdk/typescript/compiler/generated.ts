// Made by `make generated` from proto/connectors: change it there. What the compiler knows of lightflus-api.

/** Those without a function that are told where the user wrote them: behind all their parameters, given or not. */
export const WITH_POSITION: ReadonlySet<string> = new Set([
  "build",
  "buildMessages",
  "channel",
  "createFlow",
  "database",
  "hash",
  "maxLength",
  "port",
  "sink",
  "sortedSet",
  "source",
  "startAt",
  "startAtOffsets",
  "stream",
  "ttl",
]);
