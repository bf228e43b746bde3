Feature: Routing
