@critical @needs.http
Feature: The gateway can be stopped without harm, and calls nobody but its upstreams

  Gateways are replaced by day. What has been begun is finished, and nothing is told to anybody who was not meant.

  @GW-DEPLOY-01
  Rule: A gateway that is told to stop finishes what is in flight, and calls nothing but upstreams

    @needs.sigterm
    Example: A stream is in flight
      Given a gateway of its own is running
      When the gateway is told to stop while a stream of the plain model is under way
      Then the caller gets the whole stream of an upstream of that model
      And the gateway has ended

    @needs.sigterm
    Example: An answer is in flight
      Given a gateway of its own is running
      When the gateway is told to stop while an answer of the plain model is under way
      Then the caller gets the answer of an upstream of that model
      And the gateway has ended

    Example: Nobody but upstreams is called
      Given the gateway is running
      When callers ask for the guarded model 40 times, 4 at a time, while the gateway's connections are watched
      Then the gateway had connections to its upstreams, and to nobody else
