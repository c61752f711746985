<?php

return [
    'pressrun' => [
        // The newest first; more than one while a secret is being changed.
        'secrets' => array_filter(explode(',', env('PRESSRUN_SECRETS', ''))),
    ],
];
