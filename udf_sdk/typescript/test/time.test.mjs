// The programs of event time under Node give what is expected of them.
