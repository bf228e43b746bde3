@critical @needs.http @needs.settings
Feature: A caller that asks too much is told to wait

  One caller gone wild must not take the service from all others.

  @CAIO-HARD-02
  Rule: A caller over its limit is told to wait and for how long, and nobody else is

    Example: The last request within the limit and the first beyond it
      Given a CAIO of its own is running in its "rate-limited" profile
      When an admin tries to list the services 6 times in a row
      Then the first 5 answers are "allowed"
      And the last answer is "rate-limited"
      And it says to wait for at least 1 and at most 60 seconds

    Example: Another caller is not affected
      Given a CAIO of its own is running in its "rate-limited" profile
      And an admin has tried to list the services 6 times in a row
      When a user tries to list the services
      Then the answer is "allowed"

    Example: The limit is on the caller, whatever it asks for
      Given a CAIO of its own is running in its "rate-limited" profile
      And an admin has tried to list the services 5 times in a row
      When an admin tries to ask for "chat"
      Then the answer is "rate-limited"

    Example: Who waits as told is served again
      Given CAIO is running with the settings
        | setting         | value       |
        | CAIO_RATE_LIMIT | 3/2 seconds |
      And a caller without a token has tried to list the services 4 times in a row
      When the caller waits for as long as it was told and tries again
      Then the answer is "allowed"

    Example: The health checks are never limited
      Given a CAIO of its own is running in its "rate-limited" profile
      And a caller without a token has tried to list the services 6 times in a row
      When the health of CAIO is asked for
      Then CAIO is healthy
