@critical @needs.http
Feature: Web pages of listed origins may call the gateway, and others may not

  A page that may call the gateway does so with its reader's key. Which pages may is decided by whoever runs the gateway.

  @GW-CORS-01 @needs.cors
  Rule: Pages of a listed origin are let in, and caches are told that it is for them alone

    Example: A page asks for permission
      Given the gateway is running
      When a page from "https://app.example.com" asks the browser for permission to ask the gateway for a model
      Then the page is permitted to ask the gateway

    Example: A page lists the models
      Given the gateway is running
      When a page from "https://app.example.com" asks the gateway which models there are
      Then the page is allowed in
      And the answer is marked as meant for that origin only

    @needs.keys
    Example: A page whose key is wrong can read why
      Given the gateway is running
      When a page from "https://app.example.com" asks the gateway with a wrong key which models there are
      Then the page is allowed to read the gateway's refusal

  @GW-CORS-02
  Rule: Pages of other origins and of none are kept out, and everybody is never let in with credentials

    @needs.cors
    Scenario Outline: A page of <origin> asks for permission
      Given the gateway is running
      When a page from "<origin>" asks the browser for permission to ask the gateway for a model
      Then the page is not permitted to ask the gateway

      Examples:
        | origin                               |
        | https://evil.example                 |
        | null                                 |
        | http://app.example.com               |
        | https://app.example.com.evil.example |
        | https://evilapp.example.com          |
        | https://app.example.com:8443         |

    @needs.cors
    Scenario Outline: A page of <origin> lists the models
      Given the gateway is running
      When a page from "<origin>" asks the gateway which models there are
      Then the page is kept out

      Examples:
        | origin               |
        | https://evil.example |
        | null                 |

    Scenario Outline: Credentials of a page of <origin>
      Given the gateway is running
      When a page from "<origin>" asks the gateway which models there are
      Then credentials are not combined with a wildcard

      Examples:
        | origin                  |
        | https://evil.example    |
        | null                    |
        | https://app.example.com |
