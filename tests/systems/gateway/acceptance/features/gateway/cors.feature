@critical @needs.http
Feature: Only listed web pages may call the API

  @GW-CORS-01
  Rule: Web pages of listed origins alone may call the API

    Example: A page of a listed origin
      Given the companions "first, second" are running
      And Gateway is running
      When a page from "https://app.example.com" asks the browser for permission to call the API
      Then the page is allowed in
      And credentials are not combined with a wildcard

    Example: A page of another origin
      Given the companions "first, second" are running
      And Gateway is running
      When a page from "https://evil.example" asks the browser for permission to call the API
      Then the page is kept out
