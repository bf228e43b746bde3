@normal @needs.http @needs.logs
Feature: The log tells what happened, and no secret

  @GW-LOGS-01
  Rule: Each request leaves a line with its request id in the log

    Example: A chat
      Given the companions "first, second" are running
      And Gateway is running
      When a user tries to ask for a chat
      Then the log has a line about it with the request id that the caller was given
      And every line it wrote is one JSON object with "time, level, event"

  @GW-LOGS-02
  Rule: No key is in the log

    Example: A known key
      Given the companions "first, second" are running
      And Gateway is running
      When a user tries to ask for a chat
      Then no token, secret or Authorization header is in any log
