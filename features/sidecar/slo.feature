@critical @needs.http @exclusive
Feature: Explanations come in time, and unexplained chats hardly notice the sidecar

  Three of ten chats are explained, as in the source; how long it lasts is scaled by setting, the limits are not.

  @SIDE-SLO-01
  Rule: By sentence, 95 % of explanations take at most 2 seconds

    Example: Three of ten chats are explained by sentence
      Given Async Sidecar is running
      When 4 users have chats for 8 seconds, three of ten of which are explained by sentence
      Then 95 % of the explanations of the chats took at most 2 seconds
      And every trace of the load ended as "complete"

  @SIDE-SLO-02
  Rule: By token, 95 % of explanations take at most 8 seconds

    Example: Three of ten chats are explained by token
      Given Async Sidecar is running
      When 4 users have chats for 8 seconds, three of ten of which are explained by token
      Then 95 % of the explanations of the chats took at most 8 seconds
      And every trace of the load ended as "complete"

  @SIDE-SLO-03
  Rule: A chat that is not explained takes at most 5 ms longer than without the sidecar

    Example: The same chats with and without it, in turns
      Given Async Sidecar is running
      When a user has 250 chats each with the model itself and by the sidecar, in turns
      Then 95 % of the chats took at most 5 ms longer by the sidecar
