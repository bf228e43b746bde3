@critical @needs.http @exclusive
Feature: Many users are served

  @GW-LOAD-01
  Rule: Many users are each given their own answer

    Example: Ten users with twenty requests each
      Given the companions "first, second" are running
      And Gateway is running
      When 10 users send 20 requests for "a chat" each, one after the other
      Then all of them succeed

  @GW-SLO-01
  Rule: Chats are answered within the time that was agreed

    Example: Forty users with two requests each
      Given the companions "first, second" are running
      And Gateway is running
      When 40 users send 2 requests for "a chat" each, one after the other
      Then 95 % of requests take at most 5000 ms
