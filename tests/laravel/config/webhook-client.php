<?php

return [
    'configs' => [
        [
            'name' => 'pressrun',
            'signing_secret' => env('PRESSRUN_SECRET'),
            'signature_header_name' => 'Signature',
            'signature_validator' => \Spatie\WebhookClient\SignatureValidator\DefaultSignatureValidator::class,
            'webhook_profile' => \App\Webhooks\PressrunProfile::class,
            'webhook_response' => \Spatie\WebhookClient\WebhookResponse\DefaultRespondsTo::class,
            'webhook_model' => \Spatie\WebhookClient\Models\WebhookCall::class,
            'store_headers' => [],
            'process_webhook_job' => \App\Webhooks\PressrunJob::class,
        ],
    ],
    'delete_after_days' => 30,
];
