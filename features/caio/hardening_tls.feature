@critical @needs.http
Feature: Nobody on the way can read along, or pretend to be CAIO

  Requests carry customer data and callers show their tokens. Both must travel encrypted, to a CAIO that has shown who it
  is, and not over protocols that have been broken for years.

  @CAIO-HARD-03
  Rule: CAIO is reached over an encrypted connection, and its certificate is verified

    Example: With a certificate in order a request is routed
      Given CAIO is running with a certificate that is in order
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      When a user asks for "chat"
      Then the request is routed to "local-chat"
      And the connection is encrypted

    Scenario Outline: A certificate <certificate> is refused by the client
      Given CAIO is running with a certificate <certificate>
      When a user calls over an encrypted connection
      Then the client refuses the certificate, because "<reason>"

      Examples:
        | certificate                          | reason                      |
        | that expires while it runs           | it has expired              |
        | for another name                     | it is for another name      |
        | from an authority that nobody trusts | nobody trusts who issued it |

    Scenario Outline: CAIO does not even start with a certificate <certificate>
      When CAIO is started with a certificate <certificate>
      Then CAIO refuses to start and names "<setting>"

      Examples:
        | certificate                 | setting            |
        | that has expired            | CAIO_TLS_CERT_FILE |
        | that is damaged             | CAIO_TLS_CERT_FILE |
        | that belongs to another key | CAIO_TLS_KEY_FILE  |

    Example: Without encryption nothing is told
      Given CAIO is running with a certificate that is in order
      When a user calls without encryption
      Then nothing is told to the user

  @CAIO-HARD-03
  Rule: Outdated protocols are refused

    Scenario Outline: A client that speaks nothing newer than <protocol> is refused
      Given CAIO is running in its "tls" profile
      When a client connects that speaks only "<protocol>"
      Then CAIO refuses the connection

      Examples:
        | protocol |
        | TLS 1.0  |
        | TLS 1.1  |

    Scenario Outline: A client that speaks <protocol> is served
      Given CAIO is running in its "tls" profile
      When a client connects that speaks only "<protocol>"
      Then "<protocol>" is spoken from then on

      Examples:
        | protocol |
        | TLS 1.2  |
        | TLS 1.3  |
