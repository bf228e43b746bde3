@normal @needs.http @needs.metrics
Feature: The metrics tell what the callers saw

  @GW-METRICS-01
  Rule: Requests and their durations are counted as callers saw them

    Example: Successful requests
      Given the companions "first, second" are running
      And Gateway is running
      And the metrics have been read
      When a user tries to ask for a chat 5 times in a row
      Then the metrics count 5 more requests to "chat" with the status 200
      And the metrics hold 5 more durations of requests to "chat"

    Example: Refused requests are counted apart
      Given the companions "first, second" are running
      And Gateway is running
      And the metrics have been read
      When a caller without a token tries to ask for a chat 3 times in a row
      Then the metrics count 3 more requests to "chat" with the status 401
