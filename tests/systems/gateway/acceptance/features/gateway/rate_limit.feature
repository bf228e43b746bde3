@critical @needs.http @needs.settings
Feature: A caller that asks too much is told to wait

  @GW-RATE-01
  Rule: A caller over its limit is told to wait and for how long, and nobody else is

    Example: The last request within the limit and the first beyond it
      Given the companions "first, second" are running
      And a Gateway of its own is running in its "rate-limited" profile
      When a user tries to list the models 6 times in a row
      Then the first 5 answers are "allowed"
      And the last answer is "rate-limited"
      And it says to wait for at least 1 and at most 60 seconds

    Example: Another caller is not affected
      Given the companions "first, second" are running
      And a Gateway of its own is running in its "rate-limited" profile
      And a user has tried to list the models 6 times in a row
      When an admin tries to list the models
      Then the answer is "allowed"
