"""The push factor: a request on the phone, answered by a number or by Approve and Deny."""
