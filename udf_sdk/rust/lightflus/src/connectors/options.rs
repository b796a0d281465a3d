//! Options of a connector on their way into the graph, and the words that several connectors share.

/// Options by name, in the order in which they were first said.
#[derive(Clone, Default)]
pub(crate) struct Options(Vec<(String, String)>);

impl Options {
    #[inline(never)]
    pub fn set(&mut self, name: &str, value: &str) {
        let value = value.to_owned();
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some(known) => known.1 = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    #[inline(never)]
    pub fn set_number(&mut self, name: &str, number: u64) {
        self.set(name, &number.to_string());
    }

    #[inline(never)]
    pub fn set_all(&mut self, more: &Options) {
        more.0.iter().for_each(|(name, value)| self.set(name, value));
    }

    /// The value, or an empty text.
    #[inline(never)]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn set_list<A: Into<String>>(&mut self, name: &str, values: impl IntoIterator<Item = A>) {
        self.set_joined(name, &values.into_iter().map(Into::into).collect::<Vec<_>>());
    }

    #[inline(never)]
    fn set_joined(&mut self, name: &str, values: &[String]) {
        self.set(name, &values.join(","));
    }

    #[inline(never)]
    pub fn set_tls(&mut self, tls: Tls) {
        self.set("tls", "true");
        self.set_all(&tls.0);
    }
}

/// Which part of a server's certificate is checked, and who the job says that it is. Paths are those of the worker.
///
/// `Tls::new()` trusts the authorities of the system.
#[derive(Clone, Default)]
pub struct Tls(Options);

impl Tls {
    /// The system's authorities, no certificate of the job's own.
    pub fn new() -> Tls {
        Tls::default()
    }

    /// A file with the authorities to trust.
    pub fn ca(self, file: &str) -> Tls {
        self.with("tls.ca", file)
    }

    /// A file with the job's own certificate.
    pub fn cert(self, file: &str) -> Tls {
        self.with("tls.cert", file)
    }

    /// A file with its key.
    pub fn key(self, file: &str) -> Tls {
        self.with("tls.key", file)
    }

    fn with(mut self, name: &str, value: &str) -> Tls {
        self.0.set(name, value);
        self
    }
}

/// Passwords and tokens that a job names without holding them: the engine looks them up when the job starts.
pub struct Secret;

impl Secret {
    /// The value of an environment variable of the worker.
    pub fn env(name: &str) -> String {
        format!("env:{name}")
    }

    /// The content of a file of the worker.
    pub fn file(path: &str) -> String {
        format!("file:{path}")
    }
}

/// What becomes of a message that cannot be read as a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadRecords {
    /// The job ends.
    Fail,
    /// It is set aside, with its position and what is wrong.
    DeadLetter,
    /// It is counted and forgotten.
    Drop,
}

impl BadRecords {
    pub(crate) fn name(self) -> &'static str {
        match self {
            BadRecords::Fail => "BAD_RECORDS_FAIL",
            BadRecords::DeadLetter => "BAD_RECORDS_DEAD_LETTER",
            BadRecords::Drop => "BAD_RECORDS_DROP",
        }
    }
}

/// Where reading starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartFrom {
    /// At the oldest message.
    Earliest,
    /// Behind the newest.
    Latest,
    /// Where the group left off.
    Group,
}

impl StartFrom {
    pub(crate) fn name(self) -> &'static str {
        match self {
            StartFrom::Earliest => "earliest",
            StartFrom::Latest => "latest",
            StartFrom::Group => "group",
        }
    }
}

/// Methods that describe a connector by its options; `$options` is the field that holds them.
macro_rules! option_methods {
    () => {
        /// An option of the engine's connector that this crate has no word for: docs/connectors.md lists them.
        pub fn option(mut self, name: &str, value: impl ::std::fmt::Display) -> Self {
            self.options.set(name, &value.to_string());
            self
        }
    };
    (tls) => {
        /// Connects with TLS.
        pub fn tls(mut self, tls: $crate::connectors::options::Tls) -> Self {
            self.options.set_tls(tls);
            self
        }
    };
    (address) => {
        /// The server's name.
        pub fn host(mut self, name: &str) -> Self {
            self.options.set("host", name);
            self
        }

        /// The server's port.
        pub fn port(mut self, port: u16) -> Self {
            self.options.set_number("port", port.into());
            self
        }
    };
    (user) => {
        /// The user to sign in as.
        pub fn user(mut self, name: &str) -> Self {
            self.options.set("user", name);
            self
        }

        /// The password, as `Secret::env("PASSWORD")`: one written here stands in the module for everyone to read.
        pub fn password(mut self, reference: impl Into<String>) -> Self {
            self.options.set("password", &reference.into());
            self
        }
    };
    (redis) => {
        option_methods!(address);
        option_methods!(user);
        option_methods!(tls);
        option_methods!();

        /// The number of the database; 0 if it is not said.
        pub fn database(mut self, number: u32) -> Self {
            self.options.set_number("database", number.into());
            self
        }

        /// The host is a node of a cluster.
        pub fn cluster(mut self) -> Self {
            self.options.set("cluster", "true");
            self
        }
    };
}

pub(crate) use option_methods;
