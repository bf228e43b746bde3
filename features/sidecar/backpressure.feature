@critical @needs.http @exclusive
Feature: Too many explanations cost explanations, and never a chat

  @SIDE-BP-01
  Rule: Beyond its capacity the sidecar explains fewer chats and says so, and every chat is answered

    @needs.settings
    Example: Many users want explanations at once
      Given Async Sidecar is running in its "small-queue" profile
      And each explanation takes 1 second
      And the metrics of chats and traces have been read
      When 40 users have chats explained for 4 seconds, each about once a second
      Then every chat was answered as the model answers it
      And 95 % of the chats took at most twice as long as the model alone
      And some of the chats were left unexplained, and were told so
      And the metrics count just these chats as left unexplained

    @needs.settings @needs.process-control
    Example: The queue is full and nobody empties it
      Given Async Sidecar is running in its "small-queue" profile
      And the process "explainer" is frozen
      When a user has 40 chats explained
      Then every chat was answered as the model answers it
      And some of the chats were left unexplained, and were told so

    @needs.settings @needs.process-control
    Example: It recovers by itself
      Given Async Sidecar is running in its "small-queue" profile
      And the process "explainer" is frozen
      And a user has had 40 chats explained
      And the process "explainer" is back
      And every trace has ended
      And the metrics say that no trace is open any more
      When a user has a chat explained by sentence whose answer comes as a whole
      Then the chat is answered, and names a trace
      And the trace ends as "complete"

  @SIDE-BP-02
  Rule: Every graph that is delivered under load is valid

    Example: Many users want explanations at once
      Given Async Sidecar is running in its "small-queue" profile
      When 40 users have chats explained for 3 seconds, each about once a second
      Then every trace of the load has an end
      And every graph of a trace that is complete is valid, and there are at least 5
